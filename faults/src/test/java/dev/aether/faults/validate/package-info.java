/** Shows that each check can fail. */
@NullMarked
package dev.aether.faults.validate;

import org.jspecify.annotations.NullMarked;
