"""What ArgusAI's backend needs: its names for settings, and what a stored row of them means."""
