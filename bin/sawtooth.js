#!/usr/bin/env node
import { main } from '../dist/runtime/command-line.js'

process.exitCode = await main(process.argv.slice(2))
