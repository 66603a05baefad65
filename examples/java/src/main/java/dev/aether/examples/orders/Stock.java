package dev.aether.examples.orders;

import dev.aether.client.actor.ActorType;
import dev.aether.client.actor.EventCodec;
import dev.aether.examples.common.Json;
import dev.aether.examples.orders.StockEvent.StockAdded;
import dev.aether.examples.orders.StockEvent.StockRefused;
import dev.aether.examples.orders.StockEvent.StockReleased;
import dev.aether.examples.orders.StockEvent.StockReserved;
import java.util.List;

/**
 * The stock of an article.
 *
 * @param free quantity that is not reserved; never negative
 * @param decidedUpTo all requests up to this position have been decided
 */
record Stock(int free, long decidedUpTo) {
  static final EventCodec<StockEvent> CODEC =
      Json.events(StockAdded.class, StockReserved.class, StockRefused.class, StockReleased.class);

  static final ActorType<Stock, StockEvent> TYPE =
      ActorType.of(new Stock(0, 0), Stock::after, CODEC);

  private Stock after(StockEvent event) {
    int change = 0;
    if (event instanceof StockAdded added) {
      change = added.quantity();
    } else if (event instanceof StockReserved reserved) {
      change = -reserved.quantity();
    } else if (event instanceof StockReleased released) {
      change = released.quantity();
    }
    return new Stock(free + change, Math.max(decidedUpTo, event.askedAt()));
  }

  /** Reserves or refuses; returns no events if the request has already been decided. */
  List<StockEvent> reserve(String order, int quantity, long askedAt) {
    if (askedAt <= decidedUpTo) {
      return List.of();
    }
    return List.of(
        quantity <= free
            ? new StockReserved(order, quantity, askedAt)
            : new StockRefused(order, quantity, askedAt));
  }

  /** Releases what an order reserved; returns no events if the request has already been decided. */
  List<StockEvent> release(String order, int quantity, long askedAt) {
    return askedAt <= decidedUpTo
        ? List.of()
        : List.of(new StockReleased(order, quantity, askedAt));
  }
}
