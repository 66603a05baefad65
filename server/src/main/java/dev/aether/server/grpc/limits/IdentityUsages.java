package dev.aether.server.grpc.limits;

import dev.aether.server.event.StoreException;
import dev.aether.server.security.ClientLimits;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The usage of each identity that has used the node lately. Thread-safe. */
public final class IdentityUsages {
  /** The most identities whose usage is known. Those above it share one limit. */
  public static final int MAX = 10_000;

  private static final float LOAD_FACTOR = 0.75f;

  /** How many identities are looked at to find an idle one. */
  private static final int LOOKED_AT = 16;

  private final ClientLimits.Identities limits;
  private final int max;

  /** In the order in which they were last used. Guarded by this. */
  private final Map<String, IdentityUsage> byName =
      new LinkedHashMap<>(LOOKED_AT, LOAD_FACTOR, true);

  private final IdentityUsage others;

  public IdentityUsages(ClientLimits.Identities limits) {
    this(limits, MAX);
  }

  IdentityUsages(ClientLimits.Identities limits, int max) {
    this.limits = limits;
    this.max = max;
    others = new IdentityUsage(limits);
  }

  /** A call without authentication. */
  static final Admitted NOBODY = new Admitted(IdentityUsage.UNLIMITED, () -> {});

  /** A call that was admitted. */
  record Admitted(IdentityUsage usage, ConnectionUsage.Permit permit) {}

  /**
   * Admits a call of an identity.
   *
   * @throws StoreException.Overloaded if the identity has reached its limit
   */
  synchronized Admitted admit(String name, IdentityUsage.Kind kind) {
    // Under the lock, so that no usage is forgotten before its call is counted.
    IdentityUsage usage = usage(name);
    return new Admitted(usage, usage.admit(kind));
  }

  /** Guarded by this. */
  private IdentityUsage usage(String name) {
    IdentityUsage known = byName.get(name);
    if (known != null) {
      return known;
    }
    if (byName.size() >= max && !forgetIdle()) {
      return others;
    }
    IdentityUsage usage = new IdentityUsage(limits);
    byName.put(name, usage);
    return usage;
  }

  /** Looks at those that were used least recently. Guarded by this. */
  private boolean forgetIdle() {
    for (String name : List.copyOf(byName.keySet().stream().limit(LOOKED_AT).toList())) {
      // Moves it to the end of the order, so that the next search does not look at it again.
      IdentityUsage usage = byName.get(name);
      if (usage != null && usage.isIdle()) {
        byName.remove(name);
        return true;
      }
    }
    return false;
  }

  synchronized int known() {
    return byName.size();
  }
}
