/**
 * Checks of values against the limits of the contract, before anything is sent. Not part of the
 * public API.
 */
@NullMarked
package dev.aether.client.internal.validation;

import org.jspecify.annotations.NullMarked;
