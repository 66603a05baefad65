package dev.aether.server.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * What a command talks to: data in, data out, words for people. The process's own, or a test's.
 *
 * @param in standard input
 * @param out standard output; commands write it through {@link Output}
 * @param err standard error
 * @param errIsScreen says whether somebody watches standard error as it comes
 */
record Terminal(InputStream in, OutputStream out, PrintStream err, ErrIsScreen errIsScreen) {

  /** Asked only by those who would show progress, for the answer costs a process. */
  interface ErrIsScreen {
    boolean test();
  }
}
