"""What keeps arms from being compared beside their specifications: copied runs, and machines that differ with the arm."""
