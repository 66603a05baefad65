package dev.aether.server.store.jetstream.read;

import dev.aether.server.event.ActorId;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.jetstream.damage.LogDamage;
import dev.aether.server.store.jetstream.format.LogStream;
import dev.aether.server.store.jetstream.wire.BatchReader;
import dev.aether.server.store.jetstream.wire.JetStreamApi;

/** The parts needed to read any actor. */
public record ActorLogs(
    JetStreamApi api,
    BatchReader batches,
    SkipPointerReader skipPointers,
    BurstReader bursts,
    LogDamage damage) {

  /** An actor's commits in a log. */
  public ActorLog of(LogStream stream, ActorId actor) {
    return new ActorLog(api, batches, skipPointers, bursts, damage, stream, actor);
  }

  /** An actor's commits in an incarnation of its namespace. */
  public ActorLog of(Namespaces.Info namespace, ActorId actor) {
    return of(stream(namespace), actor);
  }

  /** The stream of the only log of a namespace. */
  public LogStream stream(Namespaces.Info namespace) {
    return api.stream(namespace.firstLog(), namespace.replicas());
  }
}
