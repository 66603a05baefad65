@NullMarked
package dev.aether.examples.bank;

import org.jspecify.annotations.NullMarked;
