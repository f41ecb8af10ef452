"""Types of the experiments: frozen dataclasses that hold a paper's choices and no machinery."""
