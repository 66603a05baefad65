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
 * @param screens which of its files are screens
 */
record Terminal(InputStream in, OutputStream out, PrintStream err, Screens screens) {

  /**
   * Tells which files are screens. Only called where it matters, since an answer costs a process.
   */
  interface Screens {
    /**
     * Whether a file is a screen.
     *
     * @param file 1 for standard output, 2 for standard error
     */
    boolean isScreen(int file);
  }

  boolean errIsScreen() {
    return screens.isScreen(2);
  }
}
