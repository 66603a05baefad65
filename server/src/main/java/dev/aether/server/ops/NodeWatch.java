package dev.aether.server.ops;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Looks at a node regularly and sets its {@link Conditions}. Not thread-safe. */
public final class NodeWatch {
  private final Conditions conditions;
  private final Node node;
  private final SaveWatch saves = new SaveWatch();
  private final ClockWatch clock = new ClockWatch(System::currentTimeMillis, System::nanoTime);

  /**
   * What is looked at. The suppliers must not block.
   *
   * @param outage why the store cannot be used; empty if it can
   * @param full why it refuses saves; empty if it does not
   * @param silence why saves seem to get no answer; empty if they get one
   * @param damage what it has lost, as text for people
   * @param saves counts of saves
   * @param telemetry why traces or metrics are lost; empty if none are
   * @param expiry why a certificate of the node should be renewed; empty if it need not
   * @param expired which of them others do not accept any more; empty if there is none
   * @param diskLow why the disk of the node's data is nearly full; empty if it is not, or there is
   *     none
   */
  public record Node(
      Supplier<Optional<String>> outage,
      Supplier<Optional<String>> full,
      Supplier<Optional<String>> silence,
      Supplier<List<String>> damage,
      Supplier<SaveCounts> saves,
      Supplier<Optional<String>> telemetry,
      Supplier<Optional<String>> expiry,
      Supplier<Optional<String>> expired,
      Supplier<Optional<String>> diskLow) {}

  /** Watches a node. */
  public NodeWatch(Conditions conditions, Node node) {
    this.conditions = conditions;
    this.node = node;
  }

  /** Looks at everything once. Call it about twice a second. */
  public void look() {
    Optional<String> outage = node.outage().get();
    conditions.set(Condition.UNREACHABLE, outage);
    conditions.set(Condition.STORE_FULL, node.full().get());
    List<String> damage = node.damage().get();
    conditions.set(
        Condition.DAMAGED,
        damage.isEmpty() ? Optional.empty() : Optional.of(damage.size() + " findings"));
    saves.add(System.nanoTime(), node.saves().get());
    // While JetStream answers nobody, that saves have no answer says nothing more.
    conditions.set(
        Condition.SAVES_FAIL, outage.isPresent() ? Optional.empty() : node.silence().get());
    conditions.set(Condition.SLOW_SAVES, saves.whySlow());
    conditions.set(Condition.CLOCK_JUMP, clock.look());
    conditions.set(Condition.TELEMETRY_LOST, node.telemetry().get());
    conditions.set(Condition.CERTIFICATE_EXPIRES_SOON, node.expiry().get());
    conditions.set(Condition.CERTIFICATE_EXPIRED, node.expired().get());
    conditions.set(Condition.DISK_LOW, node.diskLow().get());
  }
}
