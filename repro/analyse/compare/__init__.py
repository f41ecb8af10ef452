"""Two folders of results side by side: what is the same to the bit, equivalent, or different."""
