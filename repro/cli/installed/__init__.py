"""Commands about the installation and the machine: doctor, completion, workflow."""
