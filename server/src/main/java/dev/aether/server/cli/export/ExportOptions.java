package dev.aether.server.cli.export;

import dev.aether.client.Cursor;
import dev.aether.client.ReplayError;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What to export.
 *
 * @param pattern of namespaces
 * @param start of an earlier run that was cut; empty: the beginning
 * @param snapshots whether to export them, too
 * @param onCorrupt gets records that can't be decoded, which are left out; empty: the first ends
 *     the export
 */
public record ExportOptions(
    String pattern,
    Optional<Cursor> start,
    boolean snapshots,
    Optional<Consumer<ReplayError>> onCorrupt) {}
