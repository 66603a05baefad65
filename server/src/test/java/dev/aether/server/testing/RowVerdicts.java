package dev.aether.server.testing;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Prints whether a row of a long table passed as soon as the row ends, with the numbers of rows so
 * far, so that a run that is cut off shows what it has found.
 */
public final class RowVerdicts implements TestWatcher {
  private final boolean enabled;
  private int passed;
  private int failed;

  /** Prints nothing unless it is enabled. */
  public RowVerdicts(boolean enabled) {
    this.enabled = enabled;
  }

  @Override
  public void testSuccessful(ExtensionContext row) {
    passed++;
    print("passed", row, "");
  }

  @Override
  public void testFailed(ExtensionContext row, Throwable cause) {
    failed++;
    print("FAILED", row, ": " + cause);
  }

  private void print(String verdict, ExtensionContext row, String why) {
    if (enabled) {
      System.out.printf(
          "%s %s (%d passed, %d failed so far)%s%n",
          verdict, row.getDisplayName(), passed, failed, why);
    }
  }
}
