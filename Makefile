# Aliases for scripts/, which need no make.
.PHONY: demo test bench format lint
demo test bench format lint:
	@scripts/$@
