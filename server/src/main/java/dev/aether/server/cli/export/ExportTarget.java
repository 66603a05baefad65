package dev.aether.server.cli.export;

import dev.aether.client.Cursor;
import java.io.IOException;

/** The destination of an export. Used by one thread. */
public interface ExportTarget {
  /** Writes a line, now or with a later call. */
  void line(String text) throws IOException;

  /**
   * Called when everything up to the cursor has been passed to {@link #line}. A target may store
   * the cursor for a later run. It is called several times a second, only between commits, and no
   * longer after the first snapshot.
   */
  void reached(Cursor cursor) throws IOException;

  /** Called when everything has been passed to {@link #line}. */
  void finish() throws IOException;
}
