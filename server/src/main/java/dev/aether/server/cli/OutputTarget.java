package dev.aether.server.cli;

import dev.aether.client.Cursor;
import dev.aether.server.cli.export.ExportTarget;

/** An export to a stream, which a later run cannot continue. */
final class OutputTarget implements ExportTarget {
  private final Output out;

  OutputTarget(Output out) {
    this.out = out;
  }

  @Override
  public void line(String text) {
    out.line(text);
  }

  @Override
  public void reached(Cursor cursor) {}

  @Override
  public void finish() {
    out.flush();
  }
}
