package dev.aether.faults.validate;

import dev.aether.faults.history.History;
import java.util.ArrayList;
import java.util.List;

/** All checks. */
public final class Validators {
  private Validators() {}

  /** Returns everything in which a run broke a promise. */
  public static List<Violation> check(History history) {
    List<Violation> found = new ArrayList<>();
    SavesCheck.check(history, found::add);
    LogsCheck.check(history, found::add);
    OrderCheck.check(history, found::add);
    ActorsCheck.check(history, found::add);
    ReadersCheck.check(history, found::add);
    return found;
  }
}
