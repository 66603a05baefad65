/**
 * Conversions between the types of the client and the messages of the contract. Not part of the
 * public API.
 */
@NullMarked
package dev.aether.client.internal.messages;

import org.jspecify.annotations.NullMarked;
