/**
 * JSON through Jackson for {@link dev.aether.client.actor}: {@link
 * dev.aether.client.jackson.JacksonCodec} for events, {@link
 * dev.aether.client.jackson.JacksonStateCodec} for states. Each class is registered with its type;
 * nothing is scanned.
 */
@NullMarked
package dev.aether.client.jackson;

import org.jspecify.annotations.NullMarked;
