#!/usr/bin/env node
import { link } from '#compilation';
import { sentence } from '#model/diagnostics.js';
console.log(typeof link, sentence);
