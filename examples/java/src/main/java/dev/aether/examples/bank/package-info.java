/** Transfers between accounts that stay right while everything under them is killed. */
@NullMarked
package dev.aether.examples.bank;

import org.jspecify.annotations.NullMarked;
