package dev.aether.server.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * The standard streams of a command: those of the process, or of a test.
 *
 * @param in standard input
 * @param out standard output; commands write to it through {@link Output}
 * @param err standard error
 * @param errIsScreen whether standard error is a screen
 */
record Terminal(InputStream in, OutputStream out, PrintStream err, ErrIsScreen errIsScreen) {

  /** Only called to decide whether to show progress, since the answer costs a process. */
  interface ErrIsScreen {
    boolean test();
  }
}
