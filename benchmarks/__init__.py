"""Speed and memory, measured against peers in the same run. A timing never fails a test."""
