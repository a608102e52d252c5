"""The statistician's wizard: from a delivery to a locked snapshot and the phrases to hand out."""
