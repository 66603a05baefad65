package dev.aether.server.store.jetstream.listing;

import java.util.List;

/**
 * Some of a stream's subjects, as JetStream lists them: all that match a filter, in the order of
 * their bytes, from an offset on.
 *
 * @param offset number of matching subjects before the first of these
 * @param subjects in order
 * @param isLast whether there are none after these
 * @param asOf the stream's last sequence, from its leader, at that time or before
 */
record SubjectBlock(int offset, List<String> subjects, boolean isLast, long asOf) {}
