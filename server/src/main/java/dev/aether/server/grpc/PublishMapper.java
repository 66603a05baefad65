package dev.aether.server.grpc;

import dev.aether.v1.Broadcast;
import dev.aether.v1.PublishRequest;

/** An event to be broadcast as it comes in becomes what all subscribers get. */
final class PublishMapper {
  private PublishMapper() {}

  /**
   * The broadcast of a request. Its event is complete, so that all see the same one.
   *
   * @param completion fills in what the request left out
   * @throws dev.aether.server.event.StoreException.InvalidRequest if the request breaks the
   *     contract
   */
  static Broadcast toBroadcast(PublishRequest request, Completion completion) {
    Faults faults = new Faults();
    Names.checkNamespace(request.getNamespace(), faults);
    if (request.hasEvent()) {
      faults.within("event");
      EventRules.check(request.getEvent(), faults);
    } else {
      faults.add("event", "is not set");
    }
    faults.check();
    return Broadcast.newBuilder()
        .setNamespace(Names.orDefault(request.getNamespace()))
        .setEvent(completion.of(request.getEvent()))
        .build();
  }
}
