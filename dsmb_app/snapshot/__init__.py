"""The locked file: from datasets to sealed parts. No SQL, no Qt."""
