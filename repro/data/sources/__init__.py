"""Where labelled images and videos come from: folders, archives, official lists."""
