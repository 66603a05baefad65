package dev.aether.examples.orders;

import dev.aether.client.actor.ActorType;
import dev.aether.client.actor.EventCodec;
import dev.aether.examples.common.Json;
import dev.aether.examples.orders.OrderEvent.OrderCancelled;
import dev.aether.examples.orders.OrderEvent.OrderConfirmed;
import dev.aether.examples.orders.OrderEvent.OrderPlaced;

/** The part of an order that the process manager needs. */
record Order(String sku, int quantity, long amount) {
  static final EventCodec<OrderEvent> CODEC =
      Json.events(OrderPlaced.class, OrderConfirmed.class, OrderCancelled.class);

  static final ActorType<Order, OrderEvent> TYPE =
      ActorType.of(new Order("", 0, 0), Order::after, CODEC);

  private Order after(OrderEvent event) {
    return event instanceof OrderPlaced placed
        ? new Order(placed.sku(), placed.quantity(), placed.amount())
        : this;
  }
}
