package dev.aether.server.store;

import dev.aether.server.event.Exceptions;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.StoreException;

/**
 * Keeps saves of one actor in order that were requested one after another without waiting for
 * answers. Once one of them has failed and may still be stored, at its second sending or because
 * its outcome is unknown, none of the later ones is stored: they would overtake it. A save that
 * expects a version cannot be overtaken, since it is refused after any other one. Thread-safe.
 */
public final class SaveOrder {
  private volatile boolean broken;

  /** Stores none of the saves that have not begun. */
  public void breakOff() {
    broken = true;
  }

  /** Notes that a save has failed. Called before anything can begin that waited for it. */
  public void failed(ExpectedVersion expected, Throwable why) {
    if (!(expected instanceof ExpectedVersion.Exactly) && mayYetBeStored(why)) {
      broken = true;
    }
  }

  private static boolean mayYetBeStored(Throwable why) {
    if (!(Exceptions.unwrap(why) instanceof StoreException known)) {
      return true;
    }
    return switch (known.reason()) {
      case OVERLOADED, STORE_FULL, STORE_UNAVAILABLE, OUTCOME_UNKNOWN, SHUTTING_DOWN -> true;
      default -> false;
    };
  }

  /** Whether saves that have not begun may not begin any more. */
  public boolean isBroken() {
    return broken;
  }

  /** The answer to a save that may not begin any more. */
  public static StoreException refusal() {
    return StoreException.storeUnavailable(
        "an earlier save of the same actor on this stream failed or the stream has ended;"
            + " this save was not stored");
  }
}
