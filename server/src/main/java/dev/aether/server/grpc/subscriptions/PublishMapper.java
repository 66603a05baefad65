package dev.aether.server.grpc.subscriptions;

import dev.aether.server.grpc.requests.EventDefaults;
import dev.aether.server.grpc.requests.EventValidator;
import dev.aether.server.grpc.requests.FieldViolations;
import dev.aether.server.grpc.requests.RequestNames;
import dev.aether.v1.Broadcast;
import dev.aether.v1.PublishRequest;

/** Turns a request to publish an event into the broadcast that all subscribers get. */
public final class PublishMapper {
  private PublishMapper() {}

  /**
   * The broadcast for a request. Its event is completed here, so that all subscribers get the same
   * one.
   *
   * @param defaults fills in what the request left out
   * @throws dev.aether.server.event.StoreException.InvalidRequest if the request violates the
   *     contract
   */
  public static Broadcast toBroadcast(PublishRequest request, EventDefaults defaults) {
    FieldViolations violations = new FieldViolations();
    RequestNames.checkNamespace(request.getNamespace(), violations);
    if (request.hasEvent()) {
      violations.within("event");
      EventValidator.check(request.getEvent(), violations);
    } else {
      violations.add("event", "is not set");
    }
    violations.check();
    return Broadcast.newBuilder()
        .setNamespace(RequestNames.orDefault(request.getNamespace()))
        .setEvent(defaults.complete(request.getEvent()))
        .build();
  }
}
