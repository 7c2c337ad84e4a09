"""The crawl under way, on Scrapy in a process of its own: its engine, with our ledger in place of
its queues, our one way to the network in place of its handlers, our robots in place of its own."""
