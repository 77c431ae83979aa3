"""Arrays of users, makers' inputs and the stocks that both hold."""

from __future__ import annotations

from .arrays import Array, rows

USER_ARRAYS: tuple[Array, ...] = (
    *rows(
        "int",
        "users",
        """
        user_node | index | node
        user_desk | index | desk
        user_end_use | index | end use
        user_column | index | first of its three weekly columns
        user_holder | index | first of its holders
        """,
    ),
    *rows(
        "float",
        "users",
        """
        use_t_per_year | t/yr | baseline use
        elasticity_short | 1 | eps
        elasticity_long | 1 | long-run elasticity
        thrifting_speed | 1/yr | fastest thrifting
        thrifting_return | 1/yr | fastest return
        thrift_up | 1/week | the same a week
        thrift_down | 1/week | the same a week
        cover_weeks | weeks | mean cover
        cover_cv | ratio | spread of cover
        working_minimum_weeks | weeks | below which a user slows down
        demand_growth | 1/yr | outlook
        user_thrift | share | x
        user_demand | factor | demand effects now
        user_programme | share | thrifting programme now
        user_obligation | weeks | stock obligation now
        user_added | t/week | new demand now
        user_lasting | factor | demand effects now that are known to last
        user_remembered | factor | part of the others that has come to count as normal
        user_now | t/week | demand at the baseline's prices, without season and thrifting
        user_normal | t/week | n: the part of it that counts as normal
        user_coming | t/week | mean believed for the coming half year
        user_cover_sum | weeks | wanted stock in weeks of use, this week's use included
        user_used_now | share | work: of normal use, wanted at the price paid
        user_used_at_length | share | work: the same once designs have changed
        """,
    ),
    *rows("int", "swaps", "swap_user | index | user whose use can go over"),
    *rows("int", "swaps", "swap_to | index | user of the other product"),
    *rows(
        "float",
        "swaps",
        """
        swap_weight | share | part of what goes over that this one takes, where a rule splits users
        swap_most | share | most that can go over
        swap_cost | ratio | mean gap of prices from which it pays
        swap_speed | 1/yr | most that goes over or back in a year
        swap_ratio | t/t | t of the other product for one
        swap_moved | share | gone over so far
        swap_now | t/week | work: of demand now
        swap_normal | t/week | work: of the demand that counts as normal
        swap_coming | t/week | work: of the demand believed to come
        """,
    ),
    *rows("float", "users", "user_use | t/week | baseline use"),
    *rows(
        "int",
        "inputs",
        """
        input_site | index | site
        input_product | index | product bought
        input_node | index | node it is bought at
        input_holder | index | holder of the stock
        """,
    ),
    *rows(
        "float",
        "inputs",
        """
        recipe | t/t | input per output
        recipe_now | t/t | work: the same at the prices paid now
        input_cover_weeks | weeks | wanted cover
        """,
    ),
    *rows("int", "holders", "holder_desk | index | desk"),
    *rows("int", "holders", "holder_class | class | rationing class, lower first"),
    *rows(
        "float",
        "holders",
        """
        holder_stock | t | stock
        holder_expected | t/week | expected use
        holder_cover | weeks | normal wanted cover
        holder_minimum | weeks | working minimum
        holder_pace | 1/week | 1 / that: share of the stock that can be used in a week
        holder_extra | weeks | extra wanted cover now (obligation)
        holder_claim | t | order of the week before pipeline correction
        holder_growth | ratio | weekly growth of expected use
        holder_got | t | received this week
        """,
    ),
)
