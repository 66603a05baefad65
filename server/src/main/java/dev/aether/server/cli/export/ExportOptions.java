package dev.aether.server.cli.export;

import dev.aether.client.Cursor;
import dev.aether.client.ReplayError;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What to export.
 *
 * @param pattern of the namespaces
 * @param start the cursor at which an earlier run was interrupted; empty for the beginning
 * @param snapshots whether to export snapshots, too
 * @param onCorrupt receives the records that cannot be decoded, which are skipped; if empty, the
 *     first one fails the export
 */
public record ExportOptions(
    String pattern,
    Optional<Cursor> start,
    boolean snapshots,
    Optional<Consumer<ReplayError>> onCorrupt) {}
