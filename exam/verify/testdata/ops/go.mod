module links

go 1.26.0
