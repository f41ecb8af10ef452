"""The user's files: found without being read, read within limits, compared with those that were prepared."""
