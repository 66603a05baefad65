/** Transfers between accounts that remain correct while servers are killed. */
@NullMarked
package dev.aether.examples.bank;

import org.jspecify.annotations.NullMarked;
