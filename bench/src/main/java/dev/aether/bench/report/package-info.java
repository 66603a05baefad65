/** Writes the results as JSON, Markdown and SVG. */
@NullMarked
package dev.aether.bench.report;

import org.jspecify.annotations.NullMarked;
