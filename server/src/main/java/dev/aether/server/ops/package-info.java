/** What an operator looks at: health and the HTTP endpoint. */
@NullMarked
package dev.aether.server.ops;

import org.jspecify.annotations.NullMarked;
