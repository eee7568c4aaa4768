# Aliases for scripts/, which need no make.
.PHONY: demo test format lint
demo test format lint:
	@scripts/$@
