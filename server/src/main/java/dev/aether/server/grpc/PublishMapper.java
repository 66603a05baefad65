package dev.aether.server.grpc;

import dev.aether.v1.Broadcast;
import dev.aether.v1.PublishRequest;

/** Turns a request to publish an event into the broadcast that all subscribers get. */
final class PublishMapper {
  private PublishMapper() {}

  /**
   * The broadcast for a request. Its event is completed here, so that all subscribers get the same
   * one.
   *
   * @param completion fills in what the request left out
   * @throws dev.aether.server.event.StoreException.InvalidRequest if the request violates the
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
