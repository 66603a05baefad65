package dev.aether.server.cli.export;

import dev.aether.client.Cursor;
import java.io.IOException;

/** Where an export is written. Used by one thread. */
public interface ExportTarget {
  /** Writes a line, at once or with a later call. */
  void line(String text) throws IOException;

  /**
   * Everything up to the cursor is handed over. A target may keep that for a later run; it is
   * called several times a second, between commits only, and not any more once there was a
   * snapshot.
   */
  void reached(Cursor cursor) throws IOException;

  /** All is handed over. */
  void finish() throws IOException;
}
