/** What was measured, as JSON and as Markdown. */
@NullMarked
package dev.aether.bench.report;

import org.jspecify.annotations.NullMarked;
