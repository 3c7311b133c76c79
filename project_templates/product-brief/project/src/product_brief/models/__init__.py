"""The feature itself: an article is suggested for a question, or nothing."""
