"""The pages of matches and of what people see of their needs and offers. Thin: rules live in the modules above."""
