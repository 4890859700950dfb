"""The auditor's pages: what the trail tells, as people read it."""
