"""Voices of quality: engines that take seconds to minutes for a sentence, mostly on a GPU."""
