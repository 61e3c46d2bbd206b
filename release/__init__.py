"""What is done before a release: the audit of dependencies, their licences, the list of what is in it (SBOM)."""
