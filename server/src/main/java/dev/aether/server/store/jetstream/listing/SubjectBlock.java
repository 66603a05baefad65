package dev.aether.server.store.jetstream.listing;

import java.util.List;

/**
 * A block of a stream's subjects, as JetStream lists them: those that match a filter, in byte
 * order, from an offset on.
 *
 * @param offset the number of matching subjects before this block
 * @param subjects in byte order
 * @param isLast whether no subjects follow
 * @param asOf the block is at least as recent as this sequence of the stream
 */
record SubjectBlock(int offset, List<String> subjects, boolean isLast, long asOf) {}
